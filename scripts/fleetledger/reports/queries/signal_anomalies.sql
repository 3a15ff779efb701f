-- Days unlike those before them, by each of $groupings, which are lists of keys.
with

filtered as (

    select * from fct_anomalies

    where
        $fleet is null
        and $host is null
        and $account is null
        and ($project is null or (dimension = 'project' and contains(lower(dimension_value), lower($project))))
        and ($model is null or (dimension = 'model' and contains(lower(dimension_value), lower($model))))
        and ($since is null or called_on >= $since)
        and ($until is null or called_on <= $until)

),

groupings as (

    select unnest(cast($groupings as varchar[][])) as keys

),

keyed as (

    select
        groupings.keys,
        case when list_contains(groupings.keys, 'month') then date_trunc('month', filtered.called_on) end as month,
        case when list_contains(groupings.keys, 'week') then date_trunc('week', filtered.called_on) end as week,
        case when list_contains(groupings.keys, 'called_on') then filtered.called_on end as called_on,
        case when list_contains(groupings.keys, 'dimension') then filtered.dimension end as dimension,
        case
            when list_contains(groupings.keys, 'dimension_value') then filtered.dimension_value
        end as dimension_value,
        case when list_contains(groupings.keys, 'measure') then filtered.measure end as measure,
        filtered.called_on as anomaly_on,
        filtered.robust_z,
        filtered.direction,
        filtered.measured_value,
        filtered.median_value,
        filtered.largest_part

    from groupings

    left join filtered
        on true

)

select
    keys,
    month,
    week,
    called_on,
    dimension,
    dimension_value,
    measure,
    count(anomaly_on) as anomalies,
    count(*) filter (where direction = 'high') as high_anomalies,
    max(abs(robust_z)) as largest_z,
    arg_max(measured_value, row(abs(robust_z), anomaly_on, measured_value)) as measured_value_of_largest,
    arg_max(median_value, row(abs(robust_z), anomaly_on, measured_value)) as median_value_of_largest,
    arg_max(largest_part, row(abs(robust_z), anomaly_on, measured_value)) as largest_part

from keyed

group by all

having count(anomaly_on) > 0 or len(keys) = 0

order by
    month asc nulls last,
    week asc nulls last,
    largest_z desc nulls last,
    called_on asc,
    dimension asc,
    dimension_value asc,
    measure asc
