{#
    The model has one row per combination of these columns. A combination that stands more than once fails, and so does one of nulls alone;
    two nulls are one value, as a grain with an optional column needs it. One query, where unique and not_null would be two: a build runs
    this for every model.
    Arguments: columns, a list of column names.
#}
{% test grain(model, columns) %}

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

having
    count(*) > 1
    or ({% for column in columns %}{{ column }} is null{{ ' and ' if not loop.last }}{% endfor %})

{% endtest %}
