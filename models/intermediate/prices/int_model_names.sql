with recursive

calls as (

    select * from {{ ref('int_model_calls') }}

),

rules as (

    select * from {{ ref('model_name_rules') }}

),

rewritten as (

    select distinct
        provider,
        model,
        lower(trim(model)) as model_name,
        cast(0 as bigint) as rule_order,
        true as is_exact,
        cast(null as string) as named_speed

    from calls

    where model is not null

    union all

    -- Each rule goes on from what the one before it left.
    select
        rewritten.provider,
        rewritten.model,
        {{ replace_regex('rewritten.model_name', 'rules.pattern', "coalesce(rules.replacement, '')") }} as model_name,
        rules.rule_order,
        rewritten.is_exact
        and (rules.is_exact or not {{ matches_regex('rewritten.model_name', 'rules.pattern') }}) as is_exact,
        coalesce(
            rewritten.named_speed,
            case
                when {{ matches_regex('rewritten.model_name', 'rules.pattern') }} then nullif(rules.asked_speed, '')
            end
        ) as named_speed

    from rewritten

    inner join rules
        on rewritten.rule_order + 1 = rules.rule_order

),

spelled as (

    select
        provider,
        model,
        model_name,
        is_exact,
        named_speed,
        2 * rule_order as name_rank

    from rewritten

    union all

    select
        provider,
        model,
        {{ dash_compact_dates('model_name') }} as model_name,
        is_exact,
        named_speed,
        2 * rule_order + 1 as name_rank

    from rewritten

),

names as (

    select
        provider,
        model,
        model_name,
        min(name_rank) as name_rank,
        bool_or(is_exact) as is_exact,
        min_by(named_speed, name_rank) as named_speed

    from spelled

    group by
        provider,
        model,
        model_name

)

select * from names
