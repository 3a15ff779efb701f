with

claude_code as (

    select * from {{ ref('int_claude_code_prompts') }}

),

mu as (

    select * from {{ ref('int_mu_events') }}

),

unioned as (

    select
        prompt_id,
        'claude_code' as fleet,
        session_id,
        task_id,
        sender = 'person' and agent_id is null as is_human,
        agent_id is null as is_main,
        is_file,
        prompted_at,
        prompt_text

    from claude_code

    union all

    select
        line_id as prompt_id,
        'mu' as fleet,
        session_id,
        owning_task_id as task_id,
        true as is_human,
        true as is_main,
        false as is_file,
        logged_at as prompted_at,
        user_text as prompt_text

    from mu

    where event_kind = 'user_message'

),

numbered as (

    select
        *,
        row_number() over (
            partition by task_id
            order by prompted_at asc nulls first, prompt_id asc
        ) as turn_number

    from unioned

)

select * from numbered
