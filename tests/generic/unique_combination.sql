{#
    The model has one row per combination of these columns, all of which may be null at once: what the logs do not name (a provider, a
    model) is a value like any other here. Where one of them is never null, the test grain is the stricter one.
    Arguments: columns, a list of column names.
#}
{% test unique_combination(model, columns) %}

select
    {% for column in columns %}
        {{ column }},
    {% endfor %}
    count(*) as row_count

from {{ model }}

group by
    {% for column in columns %}
        {{ column }}{{ ',' if not loop.last }}
    {% endfor %}

having count(*) > 1

{% endtest %}
