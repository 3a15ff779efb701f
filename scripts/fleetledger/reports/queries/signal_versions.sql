-- How versions of clients and models compare with those before them, by each of $groupings, which are lists of keys.
with

filtered as (

    select * from fct_version_changes

    where
        ($fleet is null or fleet = $fleet)
        and $host is null
        and $account is null
        and $project is null
        and ($model is null or (changed_what = 'model' and contains(lower(version_name), lower($model))))
        and ($since_at is null or last_used_at >= $since_at)
        and ($until_at is null or first_used_at < $until_at)

),

groupings as (

    select unnest(cast($groupings as varchar[][])) as keys

),

keyed as (

    select
        groupings.keys,
        case when list_contains(groupings.keys, 'fleet') then filtered.fleet end as fleet,
        case when list_contains(groupings.keys, 'changed_what') then filtered.changed_what end as changed_what,
        case when list_contains(groupings.keys, 'version_name') then filtered.version_name end as version_name,
        filtered.version_name as version,
        filtered.previous_version_name,
        filtered.session_count,
        filtered.median_tokens,
        filtered.previous_median_tokens,
        filtered.tool_error_share_change,
        filtered.degraded_share_change,
        filtered.success_share_change,
        filtered.tool_error_count,
        filtered.tool_call_count

    from groupings

    left join filtered
        on true

)

select
    keys,
    fleet,
    changed_what,
    version_name,
    count(version) as versions,
    cast(sum(session_count) as bigint) as sessions,
    arg_max(previous_version_name, row(session_count, version)) as previous_version_name,
    arg_max(median_tokens, row(session_count, version)) as median_tokens,
    arg_max(previous_median_tokens, row(session_count, version)) as previous_median_tokens,
    cast(sum(tool_error_count) as bigint) as failed_tool_calls,
    cast(sum(tool_call_count) as bigint) as tool_calls,
    count(*) filter (where success_share_change <> 'too_few') as compared_versions,
    count(*) filter (
        where tool_error_share_change = 'more' or degraded_share_change = 'more' or success_share_change = 'less'
    ) as worse_versions,
    arg_max(tool_error_share_change, row(session_count, version)) as tool_error_change,
    arg_max(degraded_share_change, row(session_count, version)) as degraded_change,
    arg_max(success_share_change, row(session_count, version)) as success_change

from keyed

group by all

having count(version) > 0 or len(keys) = 0

order by
    sessions desc nulls last,
    fleet asc,
    changed_what asc,
    version_name asc
