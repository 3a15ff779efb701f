with

pairs as (

    select * from {{ ref('int_telemetry_pairs') }}

),

sides as (

    select * from {{ ref('int_telemetry_session_sides') }}

),

hazards as (

    select * from {{ ref('telemetry_hazards') }}

),

cost_kinds as (

    select * from {{ ref('int_telemetry_cost_kinds') }}

),

compared as (

    select
        pairs.*,
        telemetry_cost_usd - transcript_cost_usd as cost_difference_usd,
        transcript_input_tokens = telemetry_input_tokens
        and transcript_cache_read_tokens = telemetry_cache_read_tokens
        and transcript_cache_write_5m_tokens = telemetry_cache_write_5m_tokens
        and transcript_cache_write_1h_tokens = telemetry_cache_write_1h_tokens as has_same_input,
        transcript_output_tokens = telemetry_output_tokens as has_same_output

    from pairs

),

judged as (

    select
        *,
        case
            when call_key is null then 'telemetry_only'
            when telemetry_request_id is null then 'transcript_only'
            when abs(cost_difference_usd) <= 0.000001 and has_same_output then 'match'
            when not usage_is_final then 'transcript_output_placeholder'
            when abs(cost_difference_usd) <= 0.000001 then 'match'
            when has_same_input and has_same_output then 'price_difference'
            else 'tokens_differ'
        end as verdict

    from compared

),

versions as (

    select distinct
        verdict,
        client_version

    from judged

),

-- The first of a version's hazards that explains a verdict.
explanations as (

    select
        versions.verdict,
        versions.client_version,
        min(hazards.hazard) as hazard

    from versions

    inner join hazards
        on versions.verdict = hazards.verdict
        and {{ version_key('versions.client_version') }} >= {{ version_key('hazards.first_version') }}
        and {{ version_key('versions.client_version') }} <= {{ version_key('hazards.last_version') }}

    group by
        versions.verdict,
        versions.client_version

),

explained as (

    select
        judged.*,
        explanations.hazard

    from judged

    left join explanations
        on judged.verdict = explanations.verdict
        and judged.client_version = explanations.client_version

),

final as (

    select
        explained.pair_key,
        explained.call_key,
        explained.telemetry_request_id,
        explained.request_id,
        nullif(explained.session_id, '') as session_id,
        explained.host,
        explained.client_version,
        explained.model,
        explained.query_source,
        explained.query_kind,
        coalesce(explained.cost_kind, cost_kinds.cost_kind) as cost_kind,
        explained.requested_at,
        {{ reporting_date('explained.requested_at') }} as requested_on,
        explained.verdict,
        case
            when explained.verdict = 'match' then null
            when explained.hazard is not null then 'hazard'
            when explained.verdict = 'telemetry_only' and not sides.has_calls then 'no_transcript'
            when explained.verdict = 'telemetry_only' then coalesce(explained.query_kind, 'unknown')
            when explained.verdict = 'transcript_only' and sides.metrics_have_the_rest then 'only_in_metrics'
            when explained.verdict = 'transcript_only' and not sides.has_events then 'no_telemetry'
            when explained.verdict = 'transcript_only' and not explained.usage_is_final then 'interrupted'
            when explained.verdict = 'transcript_output_placeholder' then 'cut_off'
            when explained.verdict = 'price_difference' and explained.has_other_model then 'model'
            when
                explained.verdict = 'price_difference'
                and abs(explained.cost_difference_usd + explained.web_search_cost_usd) <= 0.000001
                then 'web_search'
            when explained.verdict = 'price_difference' then coalesce(explained.rate_caveats, 'rate')
            else 'unknown'
        end as reason,
        explained.hazard,
        {% for side in ['transcript', 'telemetry'] %}
            {% for count in ['input', 'output', 'cache_read', 'cache_write_5m', 'cache_write_1h'] %}
                cast(explained.{{ side }}_{{ count }}_tokens as bigint) as {{ side }}_{{ count }}_tokens,
            {% endfor %}
            cast(explained.{{ side }}_cost_usd as {{ usd_type() }}) as {{ side }}_cost_usd,
        {% endfor %}
        cast(explained.corrected_output_tokens as bigint) as corrected_output_tokens,
        cast(explained.cost_difference_usd as {{ usd_type() }}) as cost_difference_usd

    from explained

    left join sides
        on explained.session_id = sides.session_id

    left join cost_kinds
        on explained.telemetry_request_id = cost_kinds.telemetry_request_id

)

select * from final
