with

tasks as (

    select * from {{ source('backfill', 'backfilled_tasks') }}

),

observations as (

    select
        *,
        row_number() over (
            partition by task_id
            order by observed_at desc, host asc
        ) as recency

    from tasks

),

latest as (

    select
        task_id,
        session_id,
        parent_task_id,
        provider,
        model,
        model_version,
        exit_reason,
        outcome_class,
        outcome_confidence,
        rationale as outcome_rationale,
        started_at,
        ended_at,
        wall_clock_ms,
        prompt_tokens,
        completion_tokens,
        cache_read_tokens,
        cache_write_tokens,
        source_file,
        entry_number,
        observed_at

    from observations

    where recency = 1

)

select * from latest
