-- Grain: what one user, or who has no name in one session, thinks of one response.
-- A user's events on a response are one opinion, and of those for it, and of those against it, the one that says most counts: who
-- likes and copies is one user. What is unknown counts by the declared reliability, as little as the policy lets it.
with weighed as (
    select
        thumbs.response_id, thumbs.prompt_id, thumbs.stratum, who_speaks(thumbs.user_id, thumbs.session, thumbs.event_id) as who,
        -- A kind that was found to say the opposite of what anybody would guess says that.
        thumbs.good = (signals.says >= 0) as good,
        thumbs.event_id,
        round((1 - thumbs.doubt) * case
            when signals.known then abs(signals.says)
            else signals.says * (2 * coalesce(strata.reliability, 0.5) - 1)
        end, 9) as weight
    from evidence.thumbs as thumbs
    join evidence.signals as signals
        on signals.form = 'single' and signals.kind = thumbs.kind and signals.place = thumbs.place
        and signals.segment = thumbs.segment
    join evidence.prompts as prompts on prompts.prompt_id = thumbs.prompt_id
    left join policy.strata as strata
        on strata.scenario = prompts.policy_scenario and strata.stratum = thumbs.stratum
    -- Of a kind that says little by itself, such as dwell, nothing is taken before it is known to say something.
    where signals.known or thumbs.kind in ('like', 'dislike', 'accept', 'reject', 'copy', 'retry')
)
select
    response_id, prompt_id, stratum, who,
    count(*) as events,
    coalesce(max(case when good then weight end), 0e0) as up,
    coalesce(max(case when not good then weight end), 0e0) as down,
    list_sort(list(event_id)) as event_ids
from weighed
group by response_id, prompt_id, stratum, who
