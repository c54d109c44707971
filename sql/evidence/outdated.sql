-- Grain: a vote of a rule that no policy has now.
-- What `rules run` delivers goes by the policy of the prompt's scenario: where the rule is gone, says something else or counts as another
-- version, its votes stay in the ledger and are no evidence, until a policy has that rule again. Such a vote names its policy and its
-- rubric, and its rater is called after both. Rules that others ran are called as they like, and no policy is asked about them.
with ruled as (
    select votes.vote_id, votes.rater_id, votes.rubric, votes.left_id, votes.right_id, votes.prompt_id
    from ledger.votes as votes
    anti join evidence.withdrawn as withdrawn on withdrawn.rater_id = votes.rater_id
    where votes.supervisor = 'rule'
        and regexp_matches(votes.rater_id, '^rule:[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*@[0-9]+$')
        and regexp_matches(votes.rubric, '@[0-9a-f]{10}$')
        and regexp_matches(votes.policy, '@[0-9]+$')
        and regexp_replace(votes.rater_id, '@[0-9]+$', '') = concat(
            'rule:', regexp_replace(votes.policy, '@[0-9]+$', ''), '/', regexp_replace(votes.rubric, '@[0-9a-f]{10}$', '')
        )
)
select ruled.vote_id, ruled.rater_id, pair_id(ruled.left_id, ruled.right_id) as pair_id
from ruled
join evidence.prompts as prompts on prompts.prompt_id = ruled.prompt_id
anti join policy.response_rules as rules
    on rules.scenario = prompts.policy_scenario and rules.rater_id = ruled.rater_id and rules.rubric = ruled.rubric
