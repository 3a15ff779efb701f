-- How much of what the figures rest on is known.
select
    coverage_check,
    known_count,
    total_count
from page_coverage
where total_count > 0
order by coverage_check
