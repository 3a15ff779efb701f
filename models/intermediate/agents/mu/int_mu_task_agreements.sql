with

calls as (

    select * from {{ ref('int_mu_model_calls') }}

    where usage_source <> 'task_telemetry'

),

telemetry as (

    select * from {{ ref('int_mu_task_telemetry') }}

),

sums as (

    select
        task_id,
        sum(input_tokens) as input_tokens,
        sum(output_tokens) as output_tokens,
        sum(coalesce(cache_read_input_tokens, 0)) as cache_read_input_tokens,
        sum(coalesce(cache_creation_input_tokens, 0)) as cache_creation_input_tokens

    from calls

    -- Telemetry over a switch of provider mixes two shapes, and a call without usage cannot be summed.
    group by task_id

    having
        count(*) = count(input_tokens)
        and count(distinct provider || '/' || model) = 1

),

compared as (

    select
        telemetry.task_id,
        (
            telemetry.input_tokens <> sums.input_tokens
            or telemetry.output_tokens <> sums.output_tokens
            or coalesce(telemetry.cache_read_input_tokens, 0) <> sums.cache_read_input_tokens
            or coalesce(telemetry.cache_creation_input_tokens, 0) <> sums.cache_creation_input_tokens
        ) as usage_disagrees

    from telemetry

    inner join sums
        on telemetry.task_id = sums.task_id

    where telemetry.input_tokens is not null

)

select * from compared
