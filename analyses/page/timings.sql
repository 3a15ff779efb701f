-- How long things took, over all time, for shares do not add up: responses by model, tools by name, a person's wait for
-- the agent (ask), and the agent's for a person (pause); and the session of the longest.
with

measured as (

    select
        timing_kind,
        timed_name,
        count(*) as timing_count,
        quantile_disc(duration_ms, [0.5, 0.75, 0.9, 0.99]) as durations_ms,
        max(duration_ms) as longest_ms,
        count(ttft_ms) as ttft_count,
        cast(quantile_disc(ttft_ms, 0.5) as bigint) as ttft_p50_ms
    from fct_timings
    group by
        timing_kind,
        timed_name

),

-- Of sessions with as long a one, the last by name.
longest as (

    select
        measured.timing_kind,
        measured.timed_name,
        left(sha256(max(timings.session_id)), 16) as longest_session_key
    from measured
    inner join fct_timings as timings
        on measured.timing_kind = timings.timing_kind
        and measured.timed_name is not distinct from timings.timed_name
        and measured.longest_ms = timings.duration_ms
    group by
        measured.timing_kind,
        measured.timed_name

)

select
    measured.timing_kind,
    measured.timed_name,
    measured.timing_count,
    measured.durations_ms[1] as duration_p50_ms,
    measured.durations_ms[2] as duration_p75_ms,
    measured.durations_ms[3] as duration_p90_ms,
    measured.durations_ms[4] as duration_p99_ms,
    measured.longest_ms,
    longest.longest_session_key,
    measured.ttft_count,
    measured.ttft_p50_ms
from measured
left join longest
    on measured.timing_kind = longest.timing_kind
    and measured.timed_name is not distinct from longest.timed_name
order by
    array_position(['ask', 'pause', 'response', 'tool'], measured.timing_kind),
    measured.timing_count desc,
    measured.timed_name asc
limit 200
