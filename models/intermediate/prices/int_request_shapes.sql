with

calls as (

    select * from {{ ref('int_model_calls') }}

),

standard_values as (

    select * from {{ ref('standard_request_values') }}

),

shapes as (

    select distinct
        speed,
        service_tier,
        inference_geo

    from calls

),

-- What the request asks for beyond the normal service; null where it asks for nothing.
asked as (

    select
        row_number() over (
            order by
                shapes.speed asc nulls first,
                shapes.service_tier asc nulls first,
                shapes.inference_geo asc nulls first
        ) as request_shape_id,
        {% for field in ['speed', 'service_tier', 'inference_geo'] %}
            case
                when standard_{{ field }}.logged_value is null then nullif(lower(trim(shapes.{{ field }})), '')
            end as asked_{{ field }},
        {% endfor %}
        shapes.speed,
        shapes.service_tier,
        shapes.inference_geo

    from shapes

    {% for field in ['speed', 'service_tier', 'inference_geo'] %}
        left join standard_values as standard_{{ field }}
            on lower(trim(shapes.{{ field }})) = standard_{{ field }}.logged_value
            and standard_{{ field }}.request_field = '{{ field }}'
    {% endfor %}

)

select * from asked
