-- Grain: a style of a scenario, or of all; scenarios beyond the hundred that most is known of are left out.
-- The style slopes as the manifest carries them.
with known as (
    select scenario, row_number() over (order by max(effective) desc, scenario) as place
    from teaching.styles
    group by scenario
)
select styles.scenario, styles.style, styles.pairs, styles.effective, styles.share, styles.low, styles.high
from teaching.styles as styles
join known on known.scenario = styles.scenario
where known.place <= 100 or styles.scenario = '*'
order by styles.scenario, styles.style
