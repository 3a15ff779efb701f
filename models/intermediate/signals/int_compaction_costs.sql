{{ config(materialized='ephemeral') }}

with

compactions as (

    select * from {{ ref('int_compactions') }}

),

model_calls as (

    select * from {{ ref('fct_model_calls') }}

),

requests as (

    select *

    from {{ ref('fct_telemetry_requests') }}

    where
        query_kind = 'compaction'
        and is_hidden

),

client_agents as (

    select *

    from {{ ref('client_agents') }}

    where agent_kind = 'compaction'

),

-- A summary is written by a call of its own: a part of a response, an agent in a file of its own, or one that no
-- transcript has and telemetry tells of.
writing as (

    select
        model_calls.session_id,
        model_calls.called_at,
        model_calls.cost_kind,
        model_calls.cost_usd,
        'transcript' as cost_source

    from model_calls

    left join client_agents
        on starts_with(model_calls.agent_id, client_agents.agent_prefix)

    where
        model_calls.iteration_type = 'compaction'
        or client_agents.agent_kind is not null

    union all

    select
        session_id,
        requested_at as called_at,
        cost_kind,
        cost_usd,
        'telemetry' as cost_source

    from requests

),

-- Money of two kinds is never added: then neither is told.
costs as (

    select
        compactions.compaction_id,
        case when min(writing.cost_kind) = max(writing.cost_kind) then max(writing.cost_kind) end as cost_kind,
        case
            when min(writing.cost_kind) = max(writing.cost_kind)
                then cast(sum(writing.cost_usd) as {{ usd_type() }})
        end as cost_usd,
        max(writing.cost_source) as cost_source

    from writing

    inner join compactions
        on writing.session_id = compactions.session_id
        and writing.called_at <= compactions.compacted_at
        and (writing.called_at > compactions.compacted_before_at or compactions.compacted_before_at is null)

    group by compactions.compaction_id

)

select * from costs
