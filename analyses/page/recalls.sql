-- What was put into contexts besides the conversation, as far as logs tell, by day; by month before by_day_since,
-- where set.
select
    case
        when recalled_on < getvariable('by_day_since') then cast(date_trunc('month', recalled_on) as date)
        else recalled_on
    end as recalled_on,
    fleet,
    host,
    account,
    if(list_contains(getvariable('projects_apart'), project) is false, '(other projects)', project) as project,
    recall_source,
    count(*) as recall_count,
    count(item_tokens) as sized_count,
    cast(sum(item_tokens) as bigint) as item_tokens,
    cast(sum(item_characters) as bigint) as item_characters
from fct_recalls
where
    (getvariable('since') is null or recalled_on >= getvariable('since'))
    and (getvariable('until') is null or recalled_on <= getvariable('until'))
    and (getvariable('fleet') is null or fleet = getvariable('fleet'))
    and (getvariable('host') is null or host = getvariable('host'))
    and (getvariable('account') is null or account = getvariable('account'))
    and (getvariable('project') is null or project = getvariable('project'))
group by all
order by
    recalled_on,
    fleet,
    host,
    account,
    project,
    recall_source
