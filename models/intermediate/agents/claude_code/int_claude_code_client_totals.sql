with

states as (

    select * from {{ ref('stg_claude_code__cost_states') }}

),

lines as (

    select * from {{ ref('stg_claude_code__lines') }}

    where record_type = 'cost-state'

),

owners as (

    select * from {{ ref('int_claude_code_session_owners') }}

),

-- The record has no time: the last one stands last in its file. A subagent's file has none.
placed as (

    select
        lines.session_id,
        states.*,
        row_number() over (
            partition by lines.session_id
            order by
                case when lines.host = owners.host and lines.account = owners.account then 0 else 1 end asc,
                lines.generation desc,
                lines.byte_offset desc,
                lines.host asc,
                lines.account asc,
                lines.source_path asc
        ) as recency

    from states

    inner join lines
        on states.line_id = lines.line_id

    inner join owners
        on lines.session_id = owners.session_id

    where states.cost_usd is not null

),

totals as (

    select
        session_id,
        cost_usd,
        has_unknown_model_cost,
        input_tokens,
        output_tokens,
        cache_read_tokens,
        cache_write_tokens,
        web_search_requests

    from placed

    where recency = 1

)

select * from totals
