with

periods as (

    select * from {{ ref('int_request_rate_periods') }}

),

rates as (

    select * from {{ ref('int_rates') }}

),

multipliers as (

    select * from {{ ref('int_rate_multipliers') }}

),

long_context_models as (

    select * from {{ ref('long_context_models') }}

),

-- A model's rates are many, and each expression is read anew for each: so once a model.
rated_models as (

    select distinct model_id

    from rates

    where not is_override

),

long_contexts as (

    select
        rated_models.model_id,
        long_context_models.tier_start,
        long_context_models.ends_on

    from rated_models

    inner join long_context_models
        on {{ matches_regex('rated_models.model_id', 'long_context_models.model_regex') }}

),

-- What no row prices, a multiplier may: of the speed or the service tier (not of both), and of the geography.
multiplied as (

    select
        periods.*,
        periods.price_variant = periods.asked_variant
        or variant_multipliers.multiplier is not null as is_variant_priced,
        periods.asked_inference_geo is null or geo_multipliers.multiplier is not null as is_geo_priced,
        cast(
            coalesce(variant_multipliers.multiplier, 1) * coalesce(geo_multipliers.multiplier, 1) as decimal(8, 4)
        ) as multiplier

    from periods

    left join multipliers as variant_multipliers
        on (periods.is_own_price_book or periods.named_speed = periods.asked_variant)
        and periods.price_book = variant_multipliers.price_book
        and periods.rate_model_id = variant_multipliers.model_id
        and periods.asked_variant = variant_multipliers.logged_value
        and case when periods.asked_speed is not null then 'speed' else 'service_tier' end
        = variant_multipliers.request_field
        and periods.price_variant = 'standard'
        and periods.valid_from >= variant_multipliers.valid_from
        and periods.valid_from < variant_multipliers.valid_to

    left join multipliers as geo_multipliers
        on periods.is_own_price_book
        and periods.price_book = geo_multipliers.price_book
        and periods.rate_model_id = geo_multipliers.model_id
        and periods.asked_inference_geo = geo_multipliers.logged_value
        and geo_multipliers.request_field = 'inference_geo'
        and periods.valid_from >= geo_multipliers.valid_from
        and periods.valid_from < geo_multipliers.valid_to

),

priced as (

    select
        multiplied.rate_request_id,
        rates.rate_id
        || case
            when multiplied.multiplier = 1 then ''
            else ':x' || {{ replace_regex('cast(multiplied.multiplier as string)', "'\\.?0+$'", "''") }}
        end as rate_id,
        rates.rate_id as base_rate_id,
        rates.price_book,
        rates.model_id,
        rates.price_variant,
        rates.source,
        rates.source_version,
        nullif(concat_ws(
            ' ',
            case when not multiplied.is_own_price_book then 'vendor_price_book' end,
            case
                when multiplied.is_override then multiplied.override_name_caveats
                else multiplied.rate_name_caveats
            end,
            case when multiplied.asked_speed is not null and not multiplied.is_variant_priced then 'speed' end,
            case
                when multiplied.asked_service_tier is not null and not multiplied.is_variant_priced then 'service_tier'
            end,
            case when not multiplied.is_geo_priced then 'inference_geo' end
        ), '') as request_caveats,
        multiplied.multiplier,
        case when not rates.is_tiered then long_contexts.tier_start end as untold_tier_start,
        case when not rates.is_tiered then long_contexts.ends_on end as untold_tier_ends_on,
        rates.tier_start,
        rates.tier_end,
        {% for column in token_price_columns() %}
            cast(rates.{{ column }} * multiplied.multiplier as {{ rate_type() }}) as {{ column }},
        {% endfor %}
        cast(rates.web_search_usd_per_kcount as {{ rate_type() }}) as web_search_usd_per_kcount,
        rates.is_override,
        rates.is_tiered,
        rates.has_cache_read_price,
        rates.has_cache_write_5m_price,
        rates.has_cache_write_1h_price,
        multiplied.valid_from,
        multiplied.valid_to,
        rates.valid_from as rate_valid_from,
        rates.valid_to as rate_valid_to,
        rates.source_date

    from multiplied

    inner join rates
        on multiplied.is_override = rates.is_override
        and multiplied.price_book = rates.price_book
        and multiplied.model_id = rates.model_id
        and multiplied.price_variant = rates.price_variant
        and multiplied.price_valid_from = rates.valid_from

    left join long_contexts
        on not rates.is_override
        and rates.model_id = long_contexts.model_id

)

select * from priced
