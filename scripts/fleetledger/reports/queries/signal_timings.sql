-- How long responses, tools and people took, by each of $groupings, which are lists of keys.
with

models as (

    select session_id from fct_model_calls

    where
        $model is not null
        and contains(lower(model), lower($model))

),

session_models as (

    select
        session_id,
        max_by(model, row(called_at, model_call_id)) filter (where called_at is not null) as model

    from fct_model_calls

    where list_contains(flatten(cast($groupings as varchar[][])), 'model')

    group by session_id

),

filtered as (

    select
        fct_timings.*,
        session_models.model

    from fct_timings

    left join session_models
        on fct_timings.session_id = session_models.session_id

    where
        ($fleet is null or fct_timings.fleet = $fleet)
        and ($host is null or fct_timings.host = $host)
        and ($account is null or fct_timings.account = $account)
        and ($project is null or contains(lower(fct_timings.project), lower($project)))
        and ($model is null or fct_timings.session_id in (select models.session_id from models))
        and ($since_at is null or fct_timings.started_at >= $since_at)
        and ($until_at is null or fct_timings.started_at < $until_at)

),

groupings as (

    select unnest(cast($groupings as varchar[][])) as keys

),

keyed as (

    select
        groupings.keys,
        case when list_contains(groupings.keys, 'month') then date_trunc('month', filtered.started_on) end as month,
        case when list_contains(groupings.keys, 'week') then date_trunc('week', filtered.started_on) end as week,
        case when list_contains(groupings.keys, 'project') then filtered.project end as project,
        case
            when list_contains(groupings.keys, 'model')
                then case when filtered.timing_kind = 'response' then filtered.timed_name else filtered.model end
        end as model,
        case when list_contains(groupings.keys, 'timed_name') then filtered.timed_name end as timed_name,
        case when list_contains(groupings.keys, 'started_hour') then filtered.started_hour end as started_hour,
        filtered.timing_id,
        filtered.timing_kind,
        filtered.duration_ms,
        filtered.ttft_ms

    from groupings

    left join filtered
        on true

)

select
    keys,
    month,
    week,
    project,
    model,
    timed_name,
    started_hour,
    count(timing_id) as timings,
    count(*) filter (where timing_kind = 'response') as responses,
    cast(quantile_disc(duration_ms, 0.5) filter (where timing_kind = 'response') as bigint) as response_p50_ms,
    cast(quantile_disc(duration_ms, 0.75) filter (where timing_kind = 'response') as bigint) as response_p75_ms,
    cast(quantile_disc(duration_ms, 0.9) filter (where timing_kind = 'response') as bigint) as response_p90_ms,
    cast(quantile_disc(duration_ms, 0.99) filter (where timing_kind = 'response') as bigint) as response_p99_ms,
    count(*) filter (where timing_kind = 'tool') as tools,
    cast(quantile_disc(duration_ms, 0.5) filter (where timing_kind = 'tool') as bigint) as tool_p50_ms,
    cast(quantile_disc(duration_ms, 0.75) filter (where timing_kind = 'tool') as bigint) as tool_p75_ms,
    cast(quantile_disc(duration_ms, 0.9) filter (where timing_kind = 'tool') as bigint) as tool_p90_ms,
    cast(quantile_disc(duration_ms, 0.99) filter (where timing_kind = 'tool') as bigint) as tool_p99_ms,
    count(*) filter (where timing_kind = 'ask') as asks,
    cast(quantile_disc(duration_ms, 0.5) filter (where timing_kind = 'ask') as bigint) as ask_p50_ms,
    cast(quantile_disc(duration_ms, 0.75) filter (where timing_kind = 'ask') as bigint) as ask_p75_ms,
    cast(quantile_disc(duration_ms, 0.9) filter (where timing_kind = 'ask') as bigint) as ask_p90_ms,
    cast(quantile_disc(duration_ms, 0.99) filter (where timing_kind = 'ask') as bigint) as ask_p99_ms,
    count(*) filter (where timing_kind = 'pause') as pauses,
    cast(quantile_disc(duration_ms, 0.5) filter (where timing_kind = 'pause') as bigint) as pause_p50_ms,
    cast(quantile_disc(duration_ms, 0.75) filter (where timing_kind = 'pause') as bigint) as pause_p75_ms,
    cast(quantile_disc(duration_ms, 0.9) filter (where timing_kind = 'pause') as bigint) as pause_p90_ms,
    cast(quantile_disc(duration_ms, 0.99) filter (where timing_kind = 'pause') as bigint) as pause_p99_ms,
    count(ttft_ms) as ttft_responses,
    cast(quantile_disc(ttft_ms, 0.5) as bigint) as ttft_p50_ms,
    cast(quantile_disc(ttft_ms, 0.9) as bigint) as ttft_p90_ms

from keyed

group by all

having count(timing_id) > 0 or len(keys) = 0

order by
    month asc nulls last,
    week asc nulls last,
    timings desc nulls last,
    project asc,
    model asc,
    timed_name asc,
    started_hour asc
