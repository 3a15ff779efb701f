{#
    No row lacks one of these columns. One query, where not_null on each would be many: a build runs this for many models.
    Arguments: columns, a list of column names.
#}
{% test filled(model, columns) %}

select *

from {{ model }}

where
    {% for column in columns %}
        {{ column }} is null
        {{ 'or' if not loop.last }}
    {% endfor %}

{% endtest %}
