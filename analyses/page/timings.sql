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
        arg_max(session_id, row(duration_ms, session_id)) as longest_session_id,
        count(ttft_ms) as ttft_count,
        cast(quantile_disc(ttft_ms, 0.5) as bigint) as ttft_p50_ms
    from fct_timings
    group by
        timing_kind,
        timed_name

)

select
    timing_kind,
    timed_name,
    timing_count,
    durations_ms[1] as duration_p50_ms,
    durations_ms[2] as duration_p75_ms,
    durations_ms[3] as duration_p90_ms,
    durations_ms[4] as duration_p99_ms,
    longest_ms,
    left(sha256(longest_session_id), 16) as longest_session_key,
    ttft_count,
    ttft_p50_ms
from measured
order by
    array_position(['ask', 'pause', 'response', 'tool'], timing_kind),
    timing_count desc,
    timed_name asc
limit 200
