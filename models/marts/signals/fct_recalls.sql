with

recalled as (

    select * from {{ ref('int_recalls') }}

),

sessions as (

    select * from {{ ref('int_sessions') }}

),

recalls as (

    select
        recalled.line_id,
        recalled.item_number,
        recalled.task_id,
        recalled.session_id,
        sessions.fleet,
        sessions.host,
        sessions.account,
        sessions.project,
        recalled.recalled_at,
        {{ reporting_date('recalled.recalled_at') }} as recalled_on,
        recalled.recall_source,
        coalesce(recalled.item_name, recalled.recall_source) as item_name,
        recalled.item_tokens,
        recalled.item_characters

    from recalled

    inner join sessions
        on recalled.session_id = sessions.session_id

)

select * from recalls
