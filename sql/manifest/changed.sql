-- Grain: a record that is not in both releases, or not as it was.
-- What a release adds to another and takes away, row by row. Files that both hold are not read: equal files hold equal records. Of
-- several changes the gravest names the row. Trust counts in tenths, so that the changes of several steps add up exactly.
with compared as (
    select
        coalesce(later.kind, earlier.kind) as kind,
        coalesce(later.record_id, earlier.record_id) as record_id,
        earlier.record_id is null as is_new,
        later.record_id is null as is_gone,
        earlier.layer as from_layer, later.layer as to_layer,
        earlier.label as from_label, later.label as to_label,
        floor(round(earlier.trust * 10, 6)) / 10 as from_trust, floor(round(later.trust * 10, 6)) / 10 as to_trust,
        later.rule, later.reason
    from manifest.after as later
    full join manifest.before as earlier on earlier.kind = later.kind and earlier.record_id = later.record_id
),
taken_back as (
    select distinct compared.kind, compared.record_id
    from compared
    join manifest.withdrawn as withdrawn on withdrawn.kind = compared.kind
    where compared.is_gone
        and (withdrawn.record_id = compared.record_id or withdrawn.record_id = compared.from_label)
),
told as (
    select
        compared.*,
        case
            when is_new then 'added'
            when is_gone and taken_back.record_id is not null then 'withdrawn'
            when is_gone then 'removed'
            when from_label is distinct from to_label then 'relabelled'
            when layer_rank(to_layer) < layer_rank(from_layer) then 'promoted'
            when layer_rank(to_layer) > layer_rank(from_layer) then 'demoted'
            when from_trust is distinct from to_trust then 'reweighted'
        end as change
    from compared
    left join taken_back on taken_back.kind = compared.kind and taken_back.record_id = compared.record_id
)
select
    kind, record_id, change, from_layer, to_layer, from_label, to_label, from_trust, to_trust,
    case
        when change in ('added', 'promoted', 'demoted', 'relabelled') then rule || ': ' || reason
        when change = 'withdrawn' then 'consent was withdrawn'
        when change = 'removed' then 'no evidence for it is left'
        else 'its trust moved to another tenth'
    end as reason
from told
where change is not null
