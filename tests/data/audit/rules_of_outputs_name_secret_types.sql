-- What a rule of outputs names is a type of secret that can be looked for; a rule of an expression names none.
with

named as (

    select
        rule_id,
        {{ each_part('pattern', "'|'") }} as secret_type

    from {{ ref('audit_rules') }}

    where
        applies_to = 'output'
        and scope is distinct from 'expression'

)

select named.*

from named

left join {{ ref('secret_types') }} as secret_types
    on named.secret_type = secret_types.secret_type

where secret_types.secret_type is null
