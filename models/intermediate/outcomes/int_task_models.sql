{{ config(materialized='ephemeral') }}

with

model_calls as (

    select * from {{ ref('int_model_calls') }}

),

-- What a task ran on: of several models the one that wrote the most.
model_sums as (

    select
        task_id,
        provider,
        model,
        coalesce(sum(output_tokens), 0) as output_tokens,
        max(called_at) as last_called_at

    from model_calls

    group by
        task_id,
        provider,
        model

),

main_models as (

    select
        task_id,
        provider,
        model

    from model_sums

    qualify row_number() over (
        partition by task_id
        order by
            output_tokens desc,
            last_called_at desc nulls last,
            provider asc,
            model asc
    ) = 1

)

select * from main_models
