-- Days on which a project or a model cost, called or read unlike its own four weeks before, the newest first.
select
    called_on,
    dimension,
    dimension_value,
    cost_kind,
    measure,
    model_call_count,
    measured_value,
    median_value,
    history_day_count,
    robust_z,
    direction,
    largest_part,
    largest_part_share
from fct_anomalies
where
    (getvariable('since') is null or called_on >= getvariable('since'))
    and (getvariable('until') is null or called_on <= getvariable('until'))
order by
    called_on desc,
    abs(robust_z) desc,
    dimension asc,
    dimension_value asc,
    cost_kind asc,
    measure asc
limit 1000
