-- Grain: a record of a layer, and the release file that it lies in.
-- Records of one prompt lie together, as far as they are of the same days, so that a file compresses what they have in common.
select
    days.kind, days.record_id,
    spans.first_file + hash_bits_high(days.prompt_id) % spans.buckets as file_number
from manifest.days as days
join manifest.spans as spans
    on spans.kind = days.kind and spans.layer = days.layer and spans.day is not distinct from days.day
