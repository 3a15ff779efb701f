{#
    A row per combination of these columns that stands more than once. Two nulls are one value, as a grain with optional columns needs it.
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
