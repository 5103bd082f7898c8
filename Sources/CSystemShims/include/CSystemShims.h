// CSystemShims: every system call that is Linux's own, behind names that a port can answer differently.
// One header a concern; each function says who owns what, what can fail, and why it is C.
#ifndef VS_SYSTEM_SHIMS_H
#define VS_SYSTEM_SHIMS_H

#include "credential_file.h"
#include "descendants.h"
#include "environment.h"
#include "file_access.h"
#include "hardening.h"
#include "job_session.h"
#include "keeper.h"
#include "poller.h"
#include "processors.h"
#include "program_filter.h"
#include "pseudo_files.h"
#include "redirect.h"
#include "run_directory.h"
#include "sandbox.h"
#include "secret_pages.h"
#include "spawn.h"
#include "terminal.h"
#include "text_scan.h"
#include "thread_time.h"

#endif
