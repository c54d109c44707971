-- Bad row: a text in which personal data was found, and that would leave as it is although the policy says mask.
-- Whoever reads a release must be able to rely on it; a search that was cut short would show up here.
with settings as (
    select max(personal_data) as personal_data
    from privacy.searched
)
select found.text, found.id, found.part, found.kind
from privacy.found as found
cross join settings
left join privacy.masked as masked on masked.text = found.text and masked.id = found.id and masked.part = found.part
left join privacy.prompts as prompts on found.text = 'prompt' and prompts.prompt_id = found.id
where settings.personal_data = 'mask' and masked.id is null and prompts.prompt_id is null
