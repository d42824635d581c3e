//! References to the state that would leave `this.with(…)`: the compiler refuses them too, and speaks of lifetimes.

use syn::{
    spanned::Spanned,
    visit::{self, Visit},
    Block, Error, Expr, ExprAsync, ExprAwait, ExprClosure, ExprMethodCall, Result, Stmt,
};

const ESCAPES: &str = "a reference to the state cannot leave `with`: the method may await while it holds it, and other messages of the \
    program change the state then.\n\
    Copy or clone what is needed: `let count = this.with(|state| state.count);`";

const AWAITS: &str = "nothing can be awaited inside of `with`: while a method waits, other messages of the program change the state that \
    `with` lends.\n\
    End `with` first: `let owed = this.with(|state| state.owed); let paid = bank.withdraw(owed).await;`";

/// Refuses what holds on to the state in a method that waits.
pub(crate) fn check(body: &Block) -> Result<()> {
    let mut finder = Finder { found: None };
    finder.visit_block(body);
    finder.found.map_or(Ok(()), Err)
}

struct Finder {
    found: Option<Error>,
}

impl Finder {
    fn tell(&mut self, error: Error) {
        match &mut self.found {
            Some(found) => found.combine(error),
            None => self.found = Some(error),
        }
    }
}

impl<'a> Visit<'a> for Finder {
    fn visit_expr_method_call(&mut self, call: &'a ExprMethodCall) {
        let on_this = matches!(&*call.receiver, Expr::Path(path) if path.path.is_ident("this"));
        if let (true, "with", Some(Expr::Closure(closure))) =
            (on_this, call.method.to_string().as_str(), call.args.first())
        {
            self.judge(closure);
        }
        visit::visit_expr_method_call(self, call);
    }
}

impl Finder {
    fn judge(&mut self, closure: &ExprClosure) {
        let mut awaits = Awaits { found: None };
        awaits.visit_expr(&closure.body);
        if let Some(span) = awaits.found {
            self.tell(Error::new(span, AWAITS));
        } else if let Some(Expr::Reference(reference)) = tail(&closure.body) {
            self.tell(Error::new(reference.span(), ESCAPES));
        }
    }
}

/// What an expression comes to.
fn tail(expression: &Expr) -> Option<&Expr> {
    match expression {
        Expr::Block(block) => match block.block.stmts.last()? {
            Stmt::Expr(last, None) => tail(last),
            _ => None,
        },
        other => Some(other),
    }
}

/// Finds the first `.await` or `async` block.
struct Awaits {
    found: Option<proc_macro2::Span>,
}

impl<'a> Visit<'a> for Awaits {
    fn visit_expr_await(&mut self, found: &'a ExprAwait) {
        self.found.get_or_insert(found.await_token.span());
    }

    fn visit_expr_async(&mut self, found: &'a ExprAsync) {
        self.found.get_or_insert(found.async_token.span());
    }
}
