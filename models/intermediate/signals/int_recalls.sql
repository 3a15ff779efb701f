with

claude_code_notes as (

    select * from {{ ref('stg_claude_code__context_notes') }}

),

lines as (

    select * from {{ ref('int_claude_code_lines') }}

),

mu_notes as (

    select * from {{ ref('stg_mu__context_notes') }}

),

mu_events as (

    select * from {{ ref('int_mu_events') }}

),

sources as (

    select * from {{ ref('recall_sources') }}

),

recalled as (

    select
        notes.line_id,
        cast(1 as bigint) as item_number,
        lines.session_id,
        lines.thread_id as task_id,
        lines.logged_at as recalled_at,
        sources.recall_source,
        notes.item_name,
        cast(null as bigint) as item_tokens,
        notes.item_characters

    from claude_code_notes as notes

    inner join sources
        on notes.note_kind = sources.logged_source

    inner join lines
        on notes.line_id = lines.line_id

    where
        lines.copy_number = 1
        and lines.forked_from_session_id is null

    union all

    select
        notes.line_id,
        notes.item_number,
        mu_events.session_id,
        mu_events.owning_task_id as task_id,
        mu_events.logged_at as recalled_at,
        coalesce(sources.recall_source, 'other') as recall_source,
        notes.item_name,
        notes.item_tokens,
        cast(null as bigint) as item_characters

    from mu_notes as notes

    inner join mu_events
        on notes.line_id = mu_events.line_id

    left join sources
        on notes.item_source = sources.logged_source

    where notes.note_kind = 'recall'

)

select * from recalled
