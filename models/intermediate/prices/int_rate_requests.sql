with

calls as (

    select * from {{ ref('int_model_calls') }}

),

cost_kinds as (

    select * from {{ ref('int_model_cost_kinds') }}

),

matches as (

    select * from {{ ref('int_model_rate_matches') }}

),

standard_values as (

    select * from {{ ref('standard_request_values') }}

),

distinct_requests as (

    select distinct
        provider,
        model,
        speed,
        service_tier,
        inference_geo

    from calls

),

numbered as (

    select
        row_number() over (
            order by
                provider asc nulls first,
                model asc nulls first,
                speed asc nulls first,
                service_tier asc nulls first,
                inference_geo asc nulls first
        ) as rate_request_id,
        provider,
        model,
        speed,
        service_tier,
        inference_geo

    from distinct_requests

),

-- What the request asks for beyond the normal service; null where it asks for nothing.
asked as (

    select
        {% for field in ['speed', 'service_tier', 'inference_geo'] %}
            case
                when standard_{{ field }}.logged_value is null then nullif(lower(trim(numbered.{{ field }})), '')
            end as asked_{{ field }},
        {% endfor %}
        numbered.rate_request_id

    from numbered

    {% for field in ['speed', 'service_tier', 'inference_geo'] %}
        left join standard_values as standard_{{ field }}
            on lower(trim(numbered.{{ field }})) = standard_{{ field }}.logged_value
            and standard_{{ field }}.request_field = '{{ field }}'
    {% endfor %}

),

requests as (

    select
        numbered.rate_request_id,
        numbered.provider,
        numbered.model,
        numbered.speed,
        numbered.service_tier,
        numbered.inference_geo,
        cost_kinds.cost_kind,
        asked.asked_speed,
        asked.asked_service_tier,
        asked.asked_inference_geo,
        -- No book prices a speed and a service tier together, so that asking for both finds no rate.
        case
            when asked.asked_speed is not null and asked.asked_service_tier is not null
                then asked.asked_speed || '+' || asked.asked_service_tier
            else coalesce(asked.asked_speed, asked.asked_service_tier, 'standard')
        end as asked_variant,
        matches.price_book,
        matches.rate_model_id,
        matches.override_model_id,
        matches.is_own_price_book,
        matches.is_rate_name_exact,
        matches.is_override_name_exact

    from numbered

    inner join asked
        on numbered.rate_request_id = asked.rate_request_id

    inner join cost_kinds
        on numbered.provider is not distinct from cost_kinds.provider
        and numbered.model is not distinct from cost_kinds.model

    left join matches
        on numbered.provider is not distinct from matches.provider
        and numbered.model = matches.model

)

select * from requests
