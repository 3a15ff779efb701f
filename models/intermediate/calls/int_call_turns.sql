with

claude_code as (

    select * from {{ ref('int_claude_code_model_calls') }}

),

mu as (

    select * from {{ ref('int_mu_model_calls') }}

),

prompts as (

    select * from {{ ref('int_prompts') }}

),

timeline as (

    select
        model_call_id,
        session_id,
        thread_id as task_id,
        called_at as happened_at,
        0 as is_prompt

    from claude_code

    union all

    select
        model_call_id,
        session_id,
        task_id,
        called_at as happened_at,
        0 as is_prompt

    from mu

    union all

    select
        prompt_id as model_call_id,
        cast(null as string) as session_id,
        task_id,
        prompted_at as happened_at,
        1 as is_prompt

    from prompts

),

-- A call belongs to the last prompt of its task before it; calls before the first prompt stand in turn 0.
numbered as (

    select
        model_call_id,
        session_id,
        task_id,
        is_prompt,
        sum(is_prompt) over (
            partition by task_id
            order by
                happened_at asc nulls first,
                is_prompt desc,
                model_call_id asc
            rows between unbounded preceding and current row
        ) as turn_number

    from timeline

),

turns as (

    select
        model_call_id,
        session_id,
        task_id || '#' || cast(turn_number as bigint) as turn_id

    from numbered

    where is_prompt = 0

)

select * from turns
