-- Landed lines = staged lines + rejected lines + those of withheld sessions, per landing table: nothing is dropped
-- without a row that says so.
with

batches as (

    select
        landing_table,
        sum(line_count) as landed_line_count,
        sum(rejected_line_count) as rejected_line_count

    from {{ ref('stg_landing__batches') }}

    group by landing_table

),

staged as (

    select
        'claude_code_lines' as landing_table,
        count(*) as staged_line_count

    from {{ ref('int_claude_code_lines') }}

    union all

    select
        'mu_events' as landing_table,
        count(*) as staged_line_count

    from {{ ref('stg_mu__events') }}

),

withheld as (

    select
        landing_table,
        line_count as withheld_line_count

    from {{ ref('stg_landing__withheld_lines') }}

),

differences as (

    select
        batches.landing_table,
        batches.landed_line_count,
        batches.rejected_line_count,
        staged.staged_line_count,
        withheld.withheld_line_count

    from batches

    left join staged
        on batches.landing_table = staged.landing_table

    left join withheld
        on batches.landing_table = withheld.landing_table

    where
        batches.landed_line_count
        <> staged.staged_line_count + batches.rejected_line_count + coalesce(withheld.withheld_line_count, 0)

)

select * from differences
