//! `lvs-rs-agent`: prepares a real server of an LVS direct-routing cluster and proves it.

fn main() -> std::process::ExitCode {
    agent::main()
}
