select
    as_of,
    is_demo,
    model_call_count,
    final_usage_call_count,
    unpriced_call_count
from build_info
