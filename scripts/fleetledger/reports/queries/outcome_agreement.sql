-- How often the rules and the people who labelled tasks say the same: by class and by how sure the rules are, of those
-- that the rules decide; and in all.
with

labels as (

    select * from fct_outcome_labels

    where
        ($fleet is null or fleet = $fleet)
        and ($host is null or host = $host)
        and ($account is null or account = $account)
        and ($project is null or contains(lower(project), lower($project)))
        and ($since_at is null or ended_at >= $since_at)
        and ($until_at is null or ended_at < $until_at)

),

groupings as (

    select unnest(cast($groupings as varchar[][])) as keys

),

keyed as (

    select
        groupings.keys,
        case when list_contains(groupings.keys, 'outcome_class') then labels.rule_outcome_class end as outcome_class,
        case when list_contains(groupings.keys, 'outcome_confidence') then labels.rule_outcome_confidence end
            as outcome_confidence,
        labels.is_decided,
        labels.agrees,
        labels.label_source

    from groupings

    cross join labels

)

select
    keys,
    outcome_class,
    outcome_confidence,
    count(*) as labelled,
    count(*) filter (where label_source like 'review%') as drawn,
    count(*) filter (where is_decided) as decided,
    count(*) filter (where agrees) as agreed,
    count(*) filter (where agrees and is_decided) as agreed_decided

from keyed

group by all

order by
    labelled desc,
    outcome_class asc,
    outcome_confidence asc
