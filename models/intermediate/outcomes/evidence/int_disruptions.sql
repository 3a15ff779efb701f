with

lines as (

    select *

    from {{ ref('int_claude_code_lines') }}

    where copy_number = 1

),

blocks as (

    select * from {{ ref('stg_claude_code__content_blocks') }}

),

denial_kinds as (

    select * from {{ ref('denial_kinds') }}

),

mu_events as (

    select * from {{ ref('int_mu_events') }}

),

claude_code as (

    select
        lines.line_id,
        blocks.block_number,
        lines.thread_id as task_id,
        lines.session_id,
        case
            when lines.is_api_error_message then 'api_error'
            when blocks.block_text like '[Request interrupted by user%' then 'interrupt'
            when {{ is_denial('blocks') }} then 'denial'
            -- Of a kind that nobody knows it is only known that no person turned it down.
            else coalesce(denial_kinds.disruption, {{ told_disruption('blocks') }}, 'blocked')
        end as disruption,
        lines.logged_at as disrupted_at

    from lines

    inner join blocks
        on lines.line_id = blocks.line_id

    left join denial_kinds
        on blocks.result_denial_kind = denial_kinds.denial_kind

    where
        (lines.is_api_error_message and blocks.block_number = 1)
        or (
            lines.record_type = 'user'
            and (
                (blocks.block_type = 'text' and blocks.block_text like '[Request interrupted by user%')
                or (
                    blocks.block_type = 'tool_result'
                    and (
                        blocks.result_denial_kind is not null
                        or {{ is_denial('blocks') }}
                        or {{ told_disruption('blocks') }} is not null
                    )
                )
            )
        )

),

mu as (

    select
        line_id,
        1 as block_number,
        owning_task_id as task_id,
        session_id,
        case
            when event_kind = 'error' then 'api_error'
            else 'interrupt'
        end as disruption,
        logged_at as disrupted_at

    from mu_events

    where
        event_kind = 'error'
        or (event_kind = 'done' and stop_reason = 'aborted')

),

disruptions as (

    select * from claude_code

    union all

    select * from mu

)

select * from disruptions
