/* GNU make ends with 2 whatever a recipe ended with. Loaded into make (the Makefile's last lines), this has it
 * end with the recipe's own exit code: 1, 3, 4.
 *
 * The system tells of a child's end by SIGCHLD, which says how it ended; the failure noted last is the one that
 * make stops for. Where make would not end with 2, it ends as it would.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int plugin_is_GPL_compatible; /* make loads no other */

enum { MAKE_FAILURE = 2 };

static volatile sig_atomic_t failure;
static struct sigaction makes_own;

static void child_ended(int number, siginfo_t *child, void *context)
{
    if (child->si_code == CLD_EXITED && child->si_status != 0)
        failure = child->si_status;
    if (makes_own.sa_flags & SA_SIGINFO)
        makes_own.sa_sigaction(number, child, context);
    else if (makes_own.sa_handler != SIG_DFL && makes_own.sa_handler != SIG_IGN)
        makes_own.sa_handler(number);
}

static void at_end(int status, void *unused)
{
    (void)unused;
    if (status == MAKE_FAILURE && failure != 0) {
        fflush(NULL);
        _exit(failure);
    }
}

int exit_code_gmk_setup(void)
{
    struct sigaction ours = {.sa_sigaction = child_ended};
    sigset_t ended;

    if (sigaction(SIGCHLD, NULL, &makes_own) != 0)
        return 0;
    ours.sa_mask = makes_own.sa_mask;
    ours.sa_flags = makes_own.sa_flags | SA_SIGINFO;
    /* make 4.3 lets the signal in only while it waits for one of several jobs (-j), which .NOTPARALLEL rules out. */
    sigemptyset(&ended);
    sigaddset(&ended, SIGCHLD);
    return sigaction(SIGCHLD, &ours, NULL) == 0 && sigprocmask(SIG_UNBLOCK, &ended, NULL) == 0 &&
           on_exit(at_end, NULL) == 0;
}
