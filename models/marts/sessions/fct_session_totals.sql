with

sessions as (

    select * from {{ ref('fct_sessions') }}

    where fleet = 'claude_code'

),

client as (

    select * from {{ ref('int_claude_code_client_totals') }}

),

session_calls as (

    select * from {{ ref('int_claude_code_session_calls') }}

),

calls as (

    select * from {{ ref('fct_model_calls') }}

),

ledger as (

    select
        session_calls.session_id,
        case when min(calls.cost_kind) = max(calls.cost_kind) then min(calls.cost_kind) else 'unknown' end as cost_kind,
        count(case when calls.cost_usd is null or not calls.usage_is_final then calls.model_call_id end)
            as incomplete_call_count,
        cast(sum(calls.input_tokens) as bigint) as input_tokens,
        cast(sum(calls.output_tokens) as bigint) as output_tokens,
        cast(sum(calls.cache_read_tokens) as bigint) as cache_read_tokens,
        cast(sum(calls.cache_write_5m_tokens + calls.cache_write_1h_tokens) as bigint) as cache_write_tokens,
        cast(sum(calls.cost_usd) as {{ usd_type() }}) as cost_usd

    from session_calls

    inner join calls
        on session_calls.model_call_id = calls.model_call_id

    group by session_calls.session_id

),

compared as (

    select
        sessions.session_id,
        sessions.fleet,
        sessions.host,
        sessions.account,
        ledger.cost_kind,
        client.cost_usd as client_cost_usd,
        ledger.cost_usd as ledger_cost_usd,
        cast(client.cost_usd - coalesce(ledger.cost_usd, 0) as {{ usd_type() }}) as difference_usd,
        {% for bucket in ['input', 'output', 'cache_read', 'cache_write'] %}
            client.{{ bucket }}_tokens as client_{{ bucket }}_tokens,
            coalesce(ledger.{{ bucket }}_tokens, 0) as ledger_{{ bucket }}_tokens,
        {% endfor %}
        coalesce(ledger.incomplete_call_count, 0) as incomplete_call_count,
        client.session_id is not null as has_client_total

    from sessions

    left join client
        on sessions.session_id = client.session_id

    left join ledger
        on sessions.session_id = ledger.session_id

),

-- The client's sums are of floating point numbers.
judged as (

    select
        *,
        case
            when not has_client_total then 'none'
            when abs(difference_usd) < 0.000001 then 'equal'
            when
                incomplete_call_count > 0
                {% for bucket in ['input', 'output', 'cache_read', 'cache_write'] %}
                    or client_{{ bucket }}_tokens < ledger_{{ bucket }}_tokens
                {% endfor %}
                then 'incomplete'
            when
                client_input_tokens + client_output_tokens + client_cache_read_tokens + client_cache_write_tokens
                > ledger_input_tokens + ledger_output_tokens + ledger_cache_read_tokens + ledger_cache_write_tokens
                then 'hidden_requests'
            else 'price_differs'
        end as verdict

    from compared

),

final as (

    select
        session_id,
        fleet,
        host,
        account,
        cost_kind,
        client_cost_usd,
        ledger_cost_usd,
        difference_usd,
        case when verdict = 'hidden_requests' then difference_usd end as hidden_cost_usd,
        {% for bucket in ['input', 'output', 'cache_read', 'cache_write'] %}
            client_{{ bucket }}_tokens,
            ledger_{{ bucket }}_tokens,
        {% endfor %}
        incomplete_call_count,
        verdict

    from judged

)

select * from final
