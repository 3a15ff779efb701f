with

lines as (

    select *

    from {{ ref('stg_claude_code__lines') }}

    where plan_name is not null

),

copies as (

    select * from {{ ref('int_claude_code_line_copies') }}

),

owners as (

    select * from {{ ref('int_claude_code_session_owners') }}

),

-- What was copied from another session names the other's plan.
named as (

    select
        lines.host,
        lines.account,
        lines.plan_name,
        lines.session_id,
        min(lines.logged_at) as named_at

    from lines

    inner join owners
        on lines.session_id = owners.session_id
        and lines.host = owners.host
        and lines.account = owners.account

    left join copies
        on lines.line_id = copies.line_id

    where coalesce(copies.copy_number, 1) = 1

    group by
        lines.host,
        lines.account,
        lines.plan_name,
        lines.session_id

),

-- A session that a plan is handed over to names it, too.
first_named as (

    select *

    from named

    qualify row_number() over (
        partition by host, account, plan_name
        order by named_at asc nulls last, session_id asc
    ) = 1

)

select * from first_named
