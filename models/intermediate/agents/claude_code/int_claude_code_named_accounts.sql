with

bridges as (

    select * from {{ ref('stg_claude_code__bridges') }}

),

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

),

named as (

    select
        lines.session_id,
        min(bridges.account_uuid) as account_uuid

    from bridges

    inner join lines
        on bridges.line_id = lines.line_id

    group by lines.session_id

    having min(bridges.account_uuid) = max(bridges.account_uuid)

)

select * from named
