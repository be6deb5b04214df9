//! `lvs-director`: keeps a load balancer's IPVS table as configured and healthy.

fn main() -> std::process::ExitCode {
    director::main()
}
