-- One session of nvim-dap (https://github.com/mfussenegger/nvim-dap) with `backstep dap`: run by neovim.test.ts in a neovim without a screen.
-- Prints a line for each thing that was looked at; ends with 1 where one is not as it should be.
vim.opt.runtimepath:append(vim.env.NVIM_DAP)
local dap = require('dap')
local script = vim.env.SCRIPT
dap.adapters.backstep = { type = 'executable', command = vim.env.NODE, args = { vim.env.BACKSTEP, 'dap' } }

local stops, traces, ended, failed, printed = 0, 0, false, false, ''
local entry = 'backstep test'
dap.listeners.before.event_stopped[entry] = function() stops, traces = stops + 1, 0 end
dap.listeners.after.stackTrace[entry] = function() traces = traces + 1 end
dap.listeners.after.event_terminated[entry] = function() ended = true end
dap.listeners.after.event_output[entry] = function(_, body)
  if body.category == 'stdout' then printed = printed .. body.output end
end

local function say(text) io.stdout:write(text .. '\n') end

local function expect(what, holds)
  say((holds and 'ok ' or 'FAILED ') .. what)
  failed = failed or not holds
end

local function wait(what, condition)
  if vim.wait(90000, condition, 20) then return end
  say('FAILED waited in vain for ' .. what)
  vim.cmd('cq 1')
end

-- A move, up to its stop; nvim-dap has asked for the stack then.
local function go(what, move)
  local before = stops
  move()
  wait(what, function()
    local session = dap.session()
    return stops > before and traces > 0 and session and session.stopped_thread_id and session.current_frame
  end)
end

local function frame() return dap.session().current_frame end

local function request(command, arguments)
  local done, failure, answer = false, nil, nil
  dap.session():request(command, arguments, function(e, a) failure, answer, done = e, a, true end)
  wait(command, function() return done end)
  return answer, failure
end

local function evaluate(expression)
  local answer, failure = request('evaluate', { expression = expression, frameId = frame().id, context = 'repl' })
  return answer and answer.result, failure and tostring(failure.message or failure)
end

vim.cmd('edit ' .. vim.fn.fnameescape(script))
vim.api.nvim_win_set_cursor(0, { 26, 0 })
dap.set_breakpoint()
go('the first stop', function()
  dap.run({ type = 'backstep', request = 'launch', name = 'train', program = script, stopOnEntry = true })
end)
expect('stops on entry', frame().line == 1)
go('continue', dap.continue)
expect('stops at the breakpoint', frame().line == 26)
go('next', dap.step_over)
expect('steps over', frame().line == 27)
go('stepBack', dap.step_back)
expect('steps back', frame().line == 26)
go('continue', dap.continue)
expect('evaluates: the second iteration', evaluate('epoch') == '1')
go('reverseContinue', dap.reverse_continue)
expect('runs back to the first iteration', frame().line == 26 and evaluate('epoch') == '0')
local _, words = evaluate('nothing')
expect('shows an error in words', words ~= nil and words:find("name 'nothing' is not defined", 1, true) ~= nil)
local scopes = request('scopes', { frameId = frame().id }).scopes
local names = {}
for _, v in ipairs(request('variables', { variablesReference = scopes[1].variablesReference }).variables) do
  names[v.name] = v.value
end
expect('lists variables', names.loss ~= nil and names.epoch == '0')
go('stepIn', dap.step_into)
expect('steps into the backward pass', frame().name:find('gradient', 1, true) ~= nil)
go('stepOut', dap.step_out)
expect('steps out of it', frame().line == 27)
go('restartFrame', dap.restart_frame)
expect('restarts the frame', frame().line == 1)
go('goto', function() dap.goto_(27) end)
expect('goes to a line', frame().line == 27)
vim.api.nvim_win_set_cursor(0, { 24, 0 })
go('run to cursor', dap.run_to_cursor)
expect('runs to the cursor', frame().line == 24)
dap.clear_breakpoints()
request('setBreakpoints', { source = { path = script }, breakpoints = {} })
go('the end', dap.continue)
expect('has all that the script printed', printed:find('done', 1, true) ~= nil)
go('the start', dap.reverse_continue)
expect('runs back to the start', frame().line == 1)
dap.terminate()
wait('terminated', function() return ended end)
expect('terminates', true)
vim.cmd(failed and 'cq 1' or 'qa!')
