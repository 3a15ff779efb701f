{% test one_row(model) %}
{# A model of one row has exactly one. #}
select count(*) as row_count
from {{ model }}
having count(*) <> 1
{% endtest %}
