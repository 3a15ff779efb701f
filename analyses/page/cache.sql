-- What became of cached prompts between two calls, by day: kept, or lost and why, and what writing
-- them again cost; by month before by_day_since, where set.
select
    case
        when called_on < getvariable('by_day_since') then cast(date_trunc('month', called_on) as date)
        else called_on
    end as called_on,
    fleet,
    host,
    account,
    if(list_contains(getvariable('projects_apart'), project) is false, '(other projects)', project) as project,
    model,
    cost_kind,
    cache_outcome,
    count(*) as gap_count,
    cast(sum(lost_tokens) as bigint) as lost_tokens,
    sum(rewrite_cost_usd) as rewrite_cost_usd,
    sum(long_life_saved_usd - long_life_extra_usd) as long_life_usd
from fct_cache_economics
where
    (getvariable('since') is null or called_on >= getvariable('since'))
    and (getvariable('until') is null or called_on <= getvariable('until'))
    and (getvariable('fleet') is null or fleet = getvariable('fleet'))
    and (getvariable('host') is null or host = getvariable('host'))
    and (getvariable('account') is null or account = getvariable('account'))
    and (getvariable('project') is null or project = getvariable('project'))
    and (getvariable('model') is null or model = getvariable('model'))
    and (getvariable('kind') is null or cost_kind = getvariable('kind'))
group by all
order by
    called_on asc,
    fleet asc,
    host asc,
    account asc,
    project asc,
    model asc,
    cost_kind asc,
    cache_outcome asc
