-- What mu's own telemetry says of a task is what its calls sum to, wherever every call of the task carries usage.
-- Tasks with a provider switch in between are left out: their telemetry mixes two shapes.
with

calls as (

    select * from {{ ref('int_mu_model_calls') }}

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

    where usage_source <> 'task_telemetry'

    group by task_id

    having
        count(*) = count(input_tokens)
        and count(distinct provider || '/' || model) = 1

),

differences as (

    select
        telemetry.task_id,
        telemetry.input_tokens,
        sums.input_tokens as summed_input_tokens,
        telemetry.output_tokens,
        sums.output_tokens as summed_output_tokens,
        telemetry.cache_read_input_tokens,
        sums.cache_read_input_tokens as summed_cache_read_tokens,
        telemetry.cache_creation_input_tokens,
        sums.cache_creation_input_tokens as summed_cache_write_tokens

    from telemetry

    inner join sums
        on telemetry.task_id = sums.task_id

    where
        telemetry.input_tokens is not null
        and (
            telemetry.input_tokens <> sums.input_tokens
            or telemetry.output_tokens <> sums.output_tokens
            or coalesce(telemetry.cache_read_input_tokens, 0) <> sums.cache_read_input_tokens
            or coalesce(telemetry.cache_creation_input_tokens, 0) <> sums.cache_creation_input_tokens
        )

)

select * from differences
