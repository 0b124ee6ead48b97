/**
 * The system calls that a boxed process may not make, as a program for the kernel (seccomp BPF, security.md 6.3).
 *
 * Everything is allowed but what could reach beyond the box: sockets, other processes, mounts, namespaces, modules, tracing. New
 * threads are allowed, new processes are not. `execve` stays: bubblewrap itself makes it after the program is in force.
 */

interface Architecture {
  /** AUDIT_ARCH_* of linux/audit.h. */
  readonly audit: number
  readonly clone: number
  /** Calls with EPERM. */
  readonly denied: readonly number[]
  /** Numbers from here on belong to another calling convention (x32). */
  readonly foreignFrom?: number
}

/** Same numbers everywhere since Linux 5.1: the new mount calls, mount_setattr, pidfd_getfd. */
const deniedEverywhere = [428, 429, 430, 431, 432, 433, 442, 438]
/** io_uring and clone3: a program asks for the older call when it is told that these do not exist. */
const unknownEverywhere = [425, 426, 427, 435]

const architectures: Readonly<Record<string, Architecture>> = {
  x64: {
    audit: 0xc000003e,
    clone: 56,
    foreignFrom: 0x40000000,
    denied: [
      ...[41, 53], // socket, socketpair
      ...[57, 58], // fork, vfork
      ...[101, 298, 310, 311, 321, 323], // ptrace, perf_event_open, process_vm_*, bpf, userfaultfd
      ...[248, 249, 250], // add_key, request_key, keyctl
      ...[155, 161, 165, 166], // pivot_root, chroot, mount, umount2
      ...[272, 308], // unshare, setns
      ...[175, 176, 313], // init_module, delete_module, finit_module
      ...[303, 304], // name_to_handle_at, open_by_handle_at
      ...[135, 163, 167, 168, 169, 172, 173, 179, 246, 320], // personality, acct, swap*, reboot, iopl, ioperm, quotactl, kexec_*
    ],
  },
  arm64: {
    audit: 0xc00000b7,
    clone: 220,
    denied: [
      ...[198, 199],
      ...[117, 241, 270, 271, 280, 282],
      ...[217, 218, 219],
      ...[39, 40, 41, 51],
      ...[97, 268],
      ...[105, 106, 273],
      ...[264, 265],
      ...[60, 89, 92, 104, 142, 224, 225, 294],
    ],
  },
}

const LOAD_WORD = 0x20
const JUMP_EQUAL = 0x15
const JUMP_AT_LEAST = 0x35
const JUMP_BITS = 0x45
const RETURN = 0x06
const ALLOW = 0x7fff0000
const KILL_PROCESS = 0x80000000
const ERRNO = 0x00050000
const EPERM = 1
const ENOSYS = 38
/** Offsets in struct seccomp_data: the number, the architecture, the lower half of the first argument. */
const NUMBER_AT = 0
const ARCHITECTURE_AT = 4
const FIRST_ARGUMENT_AT = 16
const CLONE_THREAD = 0x00010000

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, operand: number]

/** The program for `process.arch`, as struct sock_filter[]; undefined for an architecture whose calls are not known here. */
export function seccompProgram(arch: string): Uint8Array | undefined {
  const known = architectures[arch]
  return known && encode(instructionsOf(known))
}

function instructionsOf({ audit, clone, denied, foreignFrom }: Architecture): readonly Instruction[] {
  const refuse = (number: number, error: number): readonly Instruction[] => [
    [JUMP_EQUAL, 0, 1, number],
    [RETURN, 0, 0, ERRNO | error],
  ]
  return [
    [LOAD_WORD, 0, 0, ARCHITECTURE_AT],
    [JUMP_EQUAL, 1, 0, audit],
    [RETURN, 0, 0, KILL_PROCESS],
    [LOAD_WORD, 0, 0, NUMBER_AT],
    ...(foreignFrom === undefined
      ? []
      : ([
          [JUMP_AT_LEAST, 0, 1, foreignFrom],
          [RETURN, 0, 0, KILL_PROCESS],
        ] as const)),
    ...[...denied, ...deniedEverywhere].flatMap((number) => refuse(number, EPERM)),
    ...unknownEverywhere.flatMap((number) => refuse(number, ENOSYS)),
    // A thread of this process, or nothing.
    [JUMP_EQUAL, 0, 3, clone],
    [LOAD_WORD, 0, 0, FIRST_ARGUMENT_AT],
    [JUMP_BITS, 1, 0, CLONE_THREAD],
    [RETURN, 0, 0, ERRNO | EPERM],
    [RETURN, 0, 0, ALLOW],
  ]
}

function encode(instructions: readonly Instruction[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(instructions.length * 8))
  instructions.forEach(([code, ifTrue, ifFalse, operand], index) => {
    bytes.setUint16(index * 8, code, true)
    bytes.setUint8(index * 8 + 2, ifTrue)
    bytes.setUint8(index * 8 + 3, ifFalse)
    bytes.setUint32(index * 8 + 4, operand >>> 0, true)
  })
  return new Uint8Array(bytes.buffer)
}
