with

model_calls as (

    select * from {{ ref('fct_model_calls') }}

),

tool_calls as (

    select * from {{ ref('fct_tool_calls') }}

),

lines as (

    select * from {{ ref('int_claude_code_lines') }}

    where model_call_id is not null and copy_number = 1

),

followed as (

    select * from {{ ref('int_task_happenings') }}

),

asks as (

    select * from {{ ref('fct_asks') }}

),

requests as (

    select
        session_id,
        request_id,
        max(ttft_ms) as ttft_ms,
        max(duration_ms) as duration_ms

    from {{ ref('fct_telemetry_requests') }}

    where request_id is not null

    group by session_id, request_id

),

-- The line of a block is written when the block is whole: a response was there with its last.
last_lines as (

    select
        model_call_id,
        max(logged_at) as logged_at

    from lines

    group by model_call_id

),

timings as (

    select
        'response' as timing_kind,
        model_calls.model_call_id as timing_id,
        model_calls.model as timed_name,
        model_calls.turn_id,
        model_calls.task_id,
        model_calls.session_id,
        model_calls.fleet,
        model_calls.host,
        model_calls.account,
        model_calls.project,
        followed.after_at as started_at,
        coalesce(
            requests.duration_ms,
            {{ ms_between('followed.after_at', 'coalesce(last_lines.logged_at, model_calls.called_at)') }}
        ) as duration_ms,
        requests.ttft_ms,
        case when requests.duration_ms is not null then 'telemetry' else 'lines' end as timing_source

    from model_calls

    inner join followed
        on model_calls.model_call_id = followed.happening_id
        and followed.happening = 'response'
        and followed.after_at is not null

    left join last_lines
        on model_calls.model_call_id = last_lines.model_call_id

    left join requests
        on model_calls.session_id = requests.session_id
        and model_calls.request_id = requests.request_id

    union all

    select
        'tool' as timing_kind,
        tool_call_id as timing_id,
        tool_name as timed_name,
        turn_id,
        task_id,
        session_id,
        fleet,
        host,
        account,
        project,
        called_at as started_at,
        duration_ms,
        cast(null as bigint) as ttft_ms,
        'lines' as timing_source

    from tool_calls

    where duration_ms is not null

    union all

    select
        'ask' as timing_kind,
        asks.turn_id as timing_id,
        cast(null as string) as timed_name,
        asks.turn_id,
        asks.task_id,
        asks.session_id,
        asks.fleet,
        asks.host,
        asks.account,
        asks.project,
        asks.prompted_at as started_at,
        asks.answered_ms as duration_ms,
        cast(null as bigint) as ttft_ms,
        'lines' as timing_source

    from asks

    where asks.answered_ms is not null

    union all

    select
        'pause' as timing_kind,
        asks.turn_id as timing_id,
        cast(null as string) as timed_name,
        asks.turn_id,
        asks.task_id,
        asks.session_id,
        asks.fleet,
        asks.host,
        asks.account,
        asks.project,
        followed.after_work_at as started_at,
        {{ ms_between('followed.after_work_at', 'asks.prompted_at') }} as duration_ms,
        cast(null as bigint) as ttft_ms,
        'lines' as timing_source

    from asks

    inner join followed
        on asks.turn_id = followed.happening_id
        and followed.happening = 'prompt'
        and followed.after_work_at is not null

),

dated as (

    select
        *,
        {{ reporting_date('started_at') }} as started_on,
        cast(extract(hour from {{ reporting_time('started_at') }}) as bigint) as started_hour

    from timings

    where duration_ms >= 0

)

select * from dated
