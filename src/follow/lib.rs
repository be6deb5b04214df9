//! Follows agents: one stream each, whatever the number of services, and what is said back.
