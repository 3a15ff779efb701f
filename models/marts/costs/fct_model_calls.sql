with

calls as (

    select * from {{ ref('int_model_calls') }}

),

requests as (

    select * from {{ ref('int_rate_requests') }}

),

request_rates as (

    select * from {{ ref('int_request_rates') }}

),

corrections as (

    select * from {{ ref('int_telemetry_corrections') }}

),

sized as (

    select
        calls.*,
        corrections.output_tokens as corrected_output_tokens,
        requests.cost_kind,
        -- A free call needs no rate, and without usage there is nothing to apply one to.
        case
            when requests.cost_kind <> 'free' and calls.input_tokens is not null and calls.output_tokens is not null
                then requests.rate_request_id
        end as priced_request_id,
        cast(calls.called_at as date) as called_on_utc,
        -- A tier is told by one request's whole input, of several in one response by the largest. The sum of a task's
        -- requests tells none: the base tier is the least that it cost. Any other call has a token of input at least,
        -- so that no tier begins below 1.
        case
            when calls.usage_source = 'task_telemetry' then 1
            when calls.largest_request_tokens is not null then greatest(calls.largest_request_tokens, 1)
            else cast(greatest(least(
                cast(calls.input_tokens as decimal(38, 0))
                + coalesce(calls.cache_read_tokens, 0)
                + coalesce(calls.cache_write_5m_tokens, 0)
                + coalesce(calls.cache_write_1h_tokens, 0),
                9223372036854775807
            ), 1) as bigint)
        end as tier_tokens

    from calls

    inner join requests
        on calls.provider is not distinct from requests.provider
        and calls.model is not distinct from requests.model
        and calls.speed is not distinct from requests.speed
        and calls.service_tier is not distinct from requests.service_tier
        and calls.inference_geo is not distinct from requests.inference_geo

    left join corrections
        on calls.model_call_id = corrections.model_call_id

),

rated as (

    select
        sized.*,
        request_rates.rate_id,
        request_rates.request_caveats,
        {% for column in token_price_columns() %}
            request_rates.{{ column }},
        {% endfor %}
        case
            when request_rates.rate_id is not null then coalesce(request_rates.web_search_usd_per_kcount, 0)
        end as web_search_usd_per_kcount,
        request_rates.is_tiered,
        coalesce(
            sized.tier_tokens > request_rates.untold_tier_start
            and sized.called_on_utc < coalesce(request_rates.untold_tier_ends_on, date '9999-12-31'),
            false
        ) as has_untold_tier,
        request_rates.has_cache_read_price,
        request_rates.has_cache_write_5m_price,
        request_rates.has_cache_write_1h_price,
        request_rates.web_search_usd_per_kcount is not null as has_web_search_price

    from sized

    left join request_rates
        on sized.priced_request_id = request_rates.rate_request_id
        and sized.called_on_utc >= request_rates.valid_from
        and sized.called_on_utc < request_rates.valid_to
        and sized.tier_tokens > request_rates.tier_start
        and sized.tier_tokens <= request_rates.tier_end

),

costed as (

    select
        *,
        {{ usd('input_tokens', 'input_usd_per_mtok') }} as input_cost_usd,
        {{ usd('coalesce(corrected_output_tokens, output_tokens)', 'output_usd_per_mtok') }} as output_cost_usd,
        {{ usd('corrected_output_tokens - output_tokens', 'output_usd_per_mtok') }} as corrected_by_usd,
        {{ usd('coalesce(cache_read_tokens, 0)', 'cache_read_usd_per_mtok') }} as cache_read_cost_usd,
        {{ usd('coalesce(cache_write_5m_tokens, 0)', 'cache_write_5m_usd_per_mtok') }}
        + {{ usd('coalesce(cache_write_1h_tokens, 0)', 'cache_write_1h_usd_per_mtok') }} as cache_write_cost_usd,
        {{ usd_per_thousand('coalesce(web_search_requests, 0)', 'web_search_usd_per_kcount') }} as web_search_cost_usd,
        case when rate_id is not null then nullif(concat_ws(
            ' ',
            request_caveats,
            case when has_untold_tier or (usage_source = 'task_telemetry' and is_tiered) then 'context_tier' end,
            case when cache_read_tokens > 0 and not has_cache_read_price then 'cache_read_price' end,
            case
                when
                    (cache_write_5m_tokens > 0 and not has_cache_write_5m_price)
                    or (cache_write_1h_tokens > 0 and not has_cache_write_1h_price)
                    then 'cache_write_price'
            end,
            case when web_search_requests > 0 and not has_web_search_price then 'web_search_price' end
        ), '') end as rate_caveats

    from rated

),

final as (

    select
        model_call_id,
        iteration_type,
        fleet,
        host,
        account,
        provider,
        cost_kind,
        session_id,
        task_id,
        turn_id,
        agent_id,
        project,
        git_branch,
        client_version,
        model,
        message_id,
        request_id,
        called_at,
        called_on,
        cast(input_tokens as bigint) as input_tokens,
        cast(coalesce(corrected_output_tokens, output_tokens) as bigint) as output_tokens,
        cast(reasoning_tokens as bigint) as reasoning_tokens,
        cast(cache_read_tokens as bigint) as cache_read_tokens,
        cast(cache_write_5m_tokens as bigint) as cache_write_5m_tokens,
        cast(cache_write_1h_tokens as bigint) as cache_write_1h_tokens,
        cache_tier_known,
        cast(web_search_requests as bigint) as web_search_requests,
        speed,
        {{ call_facts_of('costed') }}
        stop_reason,
        case when corrected_output_tokens is null then usage_source else 'telemetry' end as usage_source,
        usage_is_final,
        cast(case when corrected_output_tokens is not null then output_tokens end as bigint) as logged_output_tokens,
        cast(copies as bigint) as copies,
        {% for column in cost_columns() if column != 'cost_usd' %}
            cast(case when cost_kind = 'free' then 0 else {{ column }} end as {{ usd_type() }}) as {{ column }},
        {% endfor %}
        cast(
            case
                when cost_kind = 'free' then 0
                else
                    input_cost_usd + output_cost_usd + cache_read_cost_usd + cache_write_cost_usd + web_search_cost_usd
            end as {{ usd_type() }}
        ) as cost_usd,
        cast(
            case
                when cost_kind = 'free' and corrected_output_tokens is not null then 0
                else
                    input_cost_usd + output_cost_usd + cache_read_cost_usd + cache_write_cost_usd + web_search_cost_usd
                    - corrected_by_usd
            end as {{ usd_type() }}
        ) as logged_cost_usd,
        rate_id,
        case when rate_id is not null then rate_caveats is null end as rate_is_exact,
        rate_caveats

    from costed

)

select * from final
